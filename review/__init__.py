"""What the product knows: sampling, review, statistics, golden data. One room per folder, no loose modules."""
