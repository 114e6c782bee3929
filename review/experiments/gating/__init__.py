"""The gate on runs: pair two versions case by case, decide, keep decision and waivers, and spend repeats well."""
