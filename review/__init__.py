"""What the product knows: sampling, queues, statistics, golden data. Imports storage alone."""
