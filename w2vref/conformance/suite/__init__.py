"""What a case is, how a target is asked, how its answer is judged; no case stands here (see `families`)."""
