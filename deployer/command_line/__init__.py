"""What the commands of this room share: options, questions, answers, and what they begin with."""
