"""The Kubernetes specialist: pods, nodes, rollouts and quotas."""
