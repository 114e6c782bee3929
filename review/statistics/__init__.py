"""The numbers, as pure functions: values in, values out. Knows neither the store nor the product."""
