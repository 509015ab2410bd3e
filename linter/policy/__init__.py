"""Rules of other tools over the linked platform: checkov and cfn-guard, installed outside of our environment."""
