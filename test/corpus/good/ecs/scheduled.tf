# A nightly job on Fargate, started by EventBridge Scheduler.
variable "subnets" {
  type = list(string)
}

variable "release" {
  type    = string
  default = "2026.11.1"
}

resource "aws_ecs_task_definition" "backup" {
  family                   = "nightly-backup"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  task_role_arn            = aws_iam_role.backup_task.arn
  execution_role_arn       = aws_iam_role.backup_execution.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "ARM64"
  }

  volume {
    name = "archive"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.archive.id
      transit_encryption = "ENABLED"
      authorization_config {
        access_point_id = aws_efs_access_point.archive.id
        iam             = "ENABLED"
      }
    }
  }

  container_definitions = <<-JSON
    [
      {
        "name": "backup",
        "image": "${aws_ecr_repository.backup.repository_url}:${var.release}",
        "essential": true,
        "user": "10020:10020",
        "readonlyRootFilesystem": true,
        "linuxParameters": {"initProcessEnabled": true, "capabilities": {"drop": ["ALL"]}},
        "command": ["backup", "--all", "--to", "/archive"],
        "secrets": [{"name": "RESTIC_PASSWORD", "valueFrom": "${aws_secretsmanager_secret.restic.arn}"}],
        "mountPoints": [{"sourceVolume": "archive", "containerPath": "/archive", "readOnly": false}],
        "healthCheck": {"command": ["CMD", "backup", "status"]},
        "logConfiguration": {
          "logDriver": "awslogs",
          "options": {
            "awslogs-group": "${aws_cloudwatch_log_group.backup.name}",
            "awslogs-region": "eu-central-1",
            "awslogs-stream-prefix": "backup"
          }
        }
      }
    ]
  JSON

  tags = {
    team = "platform"
  }
}

resource "aws_scheduler_schedule" "backup" {
  name                = "nightly-backup"
  schedule_expression = "cron(15 2 * * ? *)"
  flexible_time_window { mode = "OFF" }
  target {
    arn      = aws_ecs_cluster.main.arn
    role_arn = aws_iam_role.scheduler.arn
    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.backup.arn
      launch_type         = "FARGATE"
      network_configuration {
        subnets          = var.subnets
        security_groups  = [aws_security_group.backup.id]
        assign_public_ip = false
      }
    }
  }
}
