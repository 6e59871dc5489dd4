"""What a study will take, and what it will be able to tell, before it is trained."""
