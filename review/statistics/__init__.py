"""The statistics as pure functions: values in, values out. They know neither the store nor the product."""
