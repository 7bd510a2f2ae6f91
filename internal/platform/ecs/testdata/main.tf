variable "tag" { default = "2.0" }
variable "memory" {
  type = number
}
locals {
  name  = "api"
  image = "${aws_ecr_repository.api.repository_url}:${var.tag}"
  base = {
    name      = local.name
    essential = true
  }
}

resource "aws_ecs_task_definition" "api" {
  family                   = "${local.name}-task"
  requires_compatibilities = ["EC2"]
  network_mode             = "host"
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([
    {
      name                   = local.name
      image                  = local.image
      memory                 = var.memory
      cpu                    = 256 * 2
      readonlyRootFilesystem = true
      linuxParameters = {
        capabilities       = { drop = ["ALL"], add = ["NET_BIND_SERVICE"] }
        maxSwap            = 0
        devices            = [{ hostPath = "/dev/fuse", permissions = ["read"] }]
      }
      environment = [for k, v in { A = "1" } : { name = k, value = v }]
      mountPoints = [{ sourceVolume = "root", containerPath = "/host" }]
    },
    merge(local.base, { image = "busybox" }),
  ])
  volume {
    name      = "root"
    host_path = "/"
  }
  volume {
    name = "shared"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.x.id
      transit_encryption = "DISABLED"
    }
  }
  tags = { team = "api" }
}

resource "aws_ecs_task_definition" "text" {
  family                = "text"
  container_definitions = <<-JSON
    [
      {
        "name": "text",
        "image": "${aws_ecr_repository.api.repository_url}:v1",
        "memory": ${var.memory},
        "privileged": true
      }
    ]
  JSON
}

resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.api.arn
  launch_type     = "EC2"
  enable_execute_command = true
  network_configuration {
    subnets          = [aws_subnet.a.id]
    assign_public_ip = true
  }
  load_balancer {
    container_name = "api"
    container_port = 80
  }
}

resource "aws_ecs_cluster" "main" {
  name = "main"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}
