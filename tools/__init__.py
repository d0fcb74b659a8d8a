"""What the project is built with: generators and scripts. Nothing of it ships."""
