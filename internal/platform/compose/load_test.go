package compose_test

import (
	"testing"
)

// features are one feature of the specification each. Every one is loaded by
// compose-go as well, and the facts of all services must be the same.
var features = []struct {
	name  string
	env   map[string]string
	files map[string]string
}{
	{"scalars", nil, map[string]string{"compose.yaml": `
services:
  web:
    image: nginx:1.27
    user: "1000:1000"
    privileged: true
    read_only: true
    init: true
    runtime: runsc
    cgroup_parent: mine.slice
    pid: host
    ipc: shareable
    uts: host
    userns_mode: host
    cgroup: host
    network_mode: host
    working_dir: /srv
    pull_policy: always
    cap_add: [NET_ADMIN, SYS_TIME]
    cap_drop: [ALL]
    group_add: ["44", video]
    dns: 1.1.1.1
    restart: on-failure:5
    oom_kill_disable: true
    oom_score_adj: -500
    stop_grace_period: 1m30s
    security_opt: ["no-new-privileges:true"]
  db:
    image: postgres
    network_mode: service:web
    ipc: service:web
    pid: container:other
    dns: [1.1.1.1, 8.8.8.8]
    restart: unless-stopped
`}},
	{"resources", nil, map[string]string{"compose.yaml": `
services:
  a: {image: x, mem_limit: 512m, mem_reservation: 1.5g, memswap_limit: 1gb, shm_size: "128mb", cpus: 0.5, pids_limit: 100, cpuset: 0-3, cpu_shares: 512}
  b:
    image: x
    deploy:
      replicas: 3
      resources:
        limits: {cpus: "1.25", memory: 64M, pids: 20}
        reservations: {cpus: "0.25", memory: 20M}
      restart_policy: {condition: on-failure, max_attempts: 3}
  c: {image: x, cpu_quota: 50000, cpu_period: 25000, mem_limit: 1000000}
  d: {image: x, cpu_quota: 150000, pids_limit: -1}
  e:
    image: x
    deploy: {restart_policy: {condition: any}}
    ulimits:
      nproc: 65535
      nofile: {soft: 20000, hard: 40000}
`}},
	{"ports", nil, map[string]string{"compose.yaml": `
services:
  a:
    image: x
    ports:
      - 80
      - "3000"
      - "3000-3005"
      - "8000:8000"
      - "9090-9091:8080-8081"
      - "49100:22"
      - "8000-9000:81"
      - "127.0.0.1:8001:8001"
      - "127.0.0.1:5000-5010:5000-5010"
      - "127.0.0.1::5005"
      - "6060:6060/udp"
      - "[::1]:6001:6001"
  b:
    image: x
    expose: [8080]
    ports:
      - {target: 80, host_ip: 127.0.0.1, published: "8080", protocol: tcp, mode: host}
      - {target: 81, published: 9000}
      - {target: 82, published: "9001-9002", protocol: udp}
      - {target: 83}
`}},
	{"mounts", nil, map[string]string{"compose.yaml": `
services:
  a:
    image: x
    volumes:
      - /var/lib/anonymous
      - data:/data
      - data:/data-ro:ro,nocopy
      - ./conf:/etc/conf:ro
      - ../up:/up
      - /var/run/docker.sock:/var/run/docker.sock
      - /srv:/srv/:rshared
      - ./z:/z:Z
      - type: bind
        source: ./long
        target: /long
        read_only: true
        bind: {propagation: rslave, selinux: z}
      - {type: volume, source: data, target: /v, volume: {nocopy: true, subpath: part}}
      - {type: tmpfs, target: /t, tmpfs: {size: 65536}}
      - hidden:/hidden
    tmpfs: [/run, "/tmp:size=64m,noexec"]
    secrets: [one, {source: two, target: /etc/two}, {source: three, target: renamed}]
    configs: [conf, {source: conf, target: /etc/c.yaml}]
  b: {image: x, tmpfs: /run, volumes_from: [a, "container:other:ro"], use_api_socket: true}
volumes:
  data:
  hidden: {driver: local, driver_opts: {type: none, o: bind, device: /etc}}
secrets:
  one: {file: ./one.txt}
  two: {environment: TWO}
  three: {external: true}
configs:
  conf: {content: hello}
`}},
	{"lists and mappings", nil, map[string]string{"compose.yaml": `
services:
  a:
    image: x
    environment: [A=1, B, "C=", D=x=y]
    labels: [one=1, two]
    sysctls: [net.core.somaxconn=1024, net.ipv4.tcp_syncookies=0]
    extra_hosts: ["one:10.0.0.1", "two=10.0.0.2"]
    env_file: one.env
    networks: [front, back]
    command: bundle exec thin -p "3000 4000"
    entrypoint: [/bin/sh, -c]
    healthcheck: {test: "curl -f http://localhost || exit 1", interval: 30s}
    logging: {driver: syslog, options: {syslog-address: "tcp://192.168.0.42:123"}}
    links: [b, "b:alias"]
    external_links: [redis]
  b:
    image: x
    environment: {A: 1, B: , C: "", D: true, E: 1.5}
    labels: {one: 1, two: ""}
    sysctls: {net.core.somaxconn: 1024, net.ipv4.tcp_syncookies: 0}
    extra_hosts: {one: 10.0.0.1, two: [10.0.0.2, 10.0.0.3]}
    env_file: [one.env, {path: two.env, required: false}]
    networks: {front: {aliases: [x]}, back: }
    command: [a, b c]
    healthcheck: {test: [NONE]}
  c: {image: x, healthcheck: {disable: true}, command: []}
networks: {front: , back: }
`, "one.env": "A=1\n"}},
	{"devices", nil, map[string]string{"compose.yaml": `
services:
  a:
    image: x
    devices: [/dev/ttyUSB0:/dev/ttyUSB0, "/dev/sda:/dev/xvda:rwm", /dev/fuse, {source: /dev/a, target: /dev/b, permissions: r}]
    device_cgroup_rules: ["c 1:3 mr", "a 7:* rmw"]
  b: {image: x, gpus: all}
  c: {image: x, gpus: [{driver: nvidia, count: 2}]}
  d:
    image: x
    deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}, {capabilities: [tpu]}]}}}
`}},
	{"build", nil, map[string]string{"compose.yaml": `
services:
  a: {build: ./web}
  b: {build: {context: ./web, dockerfile: Other, args: {A: 1}}}
  c: {build: ., image: app:1}
  d: {build: {dockerfile_inline: "FROM scratch"}}
  e: {build: "https://github.com/example/app.git#main"}
`}},
	{"anchors", nil, map[string]string{"compose.yaml": `
x-base: &base
  restart: always
  cap_drop: [ALL]
  environment: &env {A: 1, B: 2}
x-more: &more {read_only: true, restart: "no"}
services:
  a: {<<: *base, image: x}
  b:
    <<: [*more, *base]
    image: x
    environment: {<<: *env, B: 3}
  c: &c
    image: y
    ports: ["80:80"]
  d: {<<: *c, image: z}
`}},
	{"interpolation", map[string]string{"TAG": "1.2", "EMPTY": "", "PORT": "8080", "ON": "true", "N": "X"}, map[string]string{"compose.yaml": `
services:
  a:
    image: app:$TAG
    user: "${USER_ID:-1000}:${GROUP_ID-100}"
    privileged: ${ON}
    working_dir: /${EMPTY:-a}/${EMPTY-b}/${UNSET-c}/${UNSET:-${TAG}}/${UNSET:-${OTHER:-deep}}
    ports: ["${PORT}:80", "${BIND:-127.0.0.1}:81:81"]
    labels:
      dollar: $$HOME costs $$5, $1
      set: ${TAG:+yes}${EMPTY:+no}${EMPTY+yes}${UNSET+no}
      need: ${TAG:?must be set}${EMPTY?set is enough}
      mixed: a${TAG}b${TAG}c
      braces: "{{.Name}} ${TAG} }"
    mem_limit: ${MEM:-64m}
    read_only: ${RO:-true}
    volumes: ["${DATA:-./data}:/data", "${VOL:-data}:/v"]
volumes: {data: }
`}},
	{"override", nil, map[string]string{"compose.1.yaml": `
services:
  a:
    image: x:1
    command: one
    entrypoint: [a]
    environment: {A: 1, B: 2}
    ports: ["80:80", "443:443"]
    volumes: ["./one:/data", "v:/v"]
    cap_add: [A]
    labels: [x=1]
    dns: 1.1.1.1
    tmpfs: /run
    networks: [front]
    depends_on: [b]
    logging: {driver: json-file, options: {max-size: 1m}}
    healthcheck: {test: [CMD, one]}
    build: ./web
    deploy: {resources: {limits: {memory: 1g}}}
    ulimits: {nofile: 100, nproc: {soft: 1, hard: 2}}
    extra_hosts: ["a:1.1.1.1"]
    devices: ["/dev/a:/dev/a"]
    secrets: [s]
  b: {image: y, logging: {driver: json-file, options: {a: "1"}}, command: keep, security_opt: ["no-new-privileges:true"]}
networks: {front: , back: }
volumes: {v: }
secrets: {s: {external: true}}
`, "compose.2.yaml": `
services:
  a:
    image: x:2
    command: two words
    entrypoint: [b]
    environment: [B=3, C=4]
    ports: ["80:80", {target: 443, published: "8443"}]
    volumes: ["./two:/data:ro", {type: tmpfs, target: /t}]
    cap_add: [B, A]
    labels: {x: 2, y: 3}
    dns: [8.8.8.8]
    tmpfs: [/tmp]
    networks: {back: {aliases: [z]}}
    logging: {options: {max-file: "3"}}
    healthcheck: {test: [CMD, two], interval: 1s}
    build: {args: {X: 1}}
    deploy: {resources: {limits: {cpus: "1"}}}
    ulimits: {nofile: {soft: 1, hard: 3}, nproc: {hard: 9}}
    extra_hosts: {b: 2.2.2.2}
    devices: ["/dev/b:/dev/a"]
    secrets: [{source: s, target: t}]
  b: {logging: {driver: syslog, options: {b: "2"}}, privileged: true}
  c: {image: new}
`}},
	{"reset and override tags", nil, map[string]string{"compose.1.yaml": `
services:
  a: {image: x, ports: ["80:80"], cap_add: [A], environment: {A: 1, B: 2}, user: "1", command: run, volumes: ["/a:/a"]}
  b: {image: x}
`, "compose.2.yaml": `
services:
  a:
    ports: !override ["81:81"]
    cap_add: !reset []
    user: !reset null
    environment: !override {C: 3}
    volumes: !reset
  b: !reset
`}},
	{"extends", nil, map[string]string{"compose.yaml": `
services:
  base: {image: x, cap_add: [A], environment: {A: 1, B: 2}, ports: ["80:80"], volumes: ["./base:/b"]}
  web:
    extends: base
    environment: {B: 3}
    cap_add: [B]
  api:
    extends: {file: sub/common.yaml, service: app}
    command: mine
  deep: {extends: {service: web}, user: "5"}
`, "sub/common.yaml": `
services:
  app:
    extends: {file: ../other/root.yaml, service: root}
    image: y
    volumes: ["./data:/data", "/abs:/abs"]
    env_file: app.env
    command: theirs
`, "sub/app.env": "A=1", "other/root.yaml": `
services:
  root: {image: z, read_only: true, volumes: ["./rootdata:/rootdata"], build: .}
`}},
	{"include", nil, map[string]string{"compose.yaml": `
include:
  - sub/compose.yaml
  - path: [other/one.yaml, other/two.yaml]
    project_directory: .
    env_file: other/vars.env
services:
  web: {image: x, depends_on: [db]}
`, "sub/compose.yaml": `
services:
  db: {image: "db:${DB_TAG:-none}", volumes: ["./data:/data", "v:/v"]}
volumes: {v: }
`, "sub/.env": "DB_TAG=17\n", "other/one.yaml": `
services:
  cache: {image: "redis:${REDIS}", volumes: ["./cache:/cache"], ports: ["6379:6379"]}
`, "other/two.yaml": `
services:
  cache: {user: "1", ports: ["6380:6379"]}
`, "other/vars.env": "REDIS=8\n"}},
	{"profiles, provider, jobs", nil, map[string]string{"compose.yaml": `
name: mine
services:
  a: {image: x, profiles: [debug]}
  db: {provider: {type: awesomecloud, options: {type: mysql}}}
  b: {image: x, develop: {watch: [{action: sync, path: ./a, target: /a}]}, post_start: [{command: ./x, user: root, privileged: true}]}
`}},
}

func TestAgreesWithComposeGo(t *testing.T) {
	for _, test := range features {
		t.Run(test.name, func(t *testing.T) { compare(t, test.files, test.env) })
	}
}
