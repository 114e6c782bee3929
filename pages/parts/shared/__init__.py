"""What several pages share: the session, figures, words and cached statistics."""
