"""Pictures of a platform: who uses whom, and who opens which port."""
