terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

variable "image_digest" {
  type    = string
  default = "sha256:2f1c4d5e6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f"
}

variable "private_subnets" {
  type = list(string)
}

locals {
  name = "worker"
  tags = { team = "shop", environment = terraform.workspace }
}

resource "aws_ecs_task_definition" "worker" {
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  tags                     = local.tags

  container_definitions = jsonencode([
    {
      name                   = local.name
      image                  = "${aws_ecr_repository.worker.repository_url}@${var.image_digest}"
      essential              = true
      user                   = "65532:65532"
      readonlyRootFilesystem = true
      linuxParameters = {
        initProcessEnabled = true
        capabilities       = { drop = ["ALL"] }
      }
      environment = [
        { name = "QUEUE_URL", value = aws_sqs_queue.jobs.url },
      ]
      secrets = [
        { name = "API_TOKEN", valueFrom = aws_secretsmanager_secret.api.arn },
      ]
      healthCheck = { command = ["CMD", "/worker", "health"] }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.worker.name
          "awslogs-region"        = data.aws_region.current.region
          "awslogs-stream-prefix" = local.name
        }
      }
    }
  ])
}

resource "aws_ecs_service" "worker" {
  name             = local.name
  cluster          = aws_ecs_cluster.main.id
  task_definition  = aws_ecs_task_definition.worker.arn
  desired_count    = 2
  launch_type      = "FARGATE"
  platform_version = "1.4.0"
  tags             = local.tags

  network_configuration {
    subnets          = var.private_subnets
    security_groups  = [aws_security_group.worker.id]
    assign_public_ip = false
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}

resource "aws_ecs_cluster" "main" {
  name = "main"
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = "enhanced"
  }

  configuration {
    execute_command_configuration {
      kms_key_id = aws_kms_key.exec.arn
      logging    = "OVERRIDE"
      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.exec.name
      }
    }
  }
}
