"""What a statement must hold to be run or believed: one file and one line in RULES for each rule."""
