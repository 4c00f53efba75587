// SPDX-License-Identifier: GPL-2.0
/*
 * Run commands in a guest without its network, over xenstore.
 *
 *	agent serve			in the guest
 *	agent ready DOMID SECONDS	in dom0: wait until the guest serves
 *	agent start DOMID COMMAND	in dom0: start COMMAND, print its id
 *	agent wait DOMID ID SECONDS	in dom0: print the output, exit with its status
 *	agent run DOMID SECONDS COMMAND	start and wait
 *
 * And xenstore itself, cheaper to start than the dynamic tools:
 *
 *	agent read PATH
 *	agent write PATH VALUE...
 *	agent domid NAME		the number of the domain called NAME
 *
 * Below the guest's data/run, dom0 writes ID/cmd; the guest removes it, runs it
 * with sh -c and writes ID/0, ID/1 ... (output) and at last ID/status.
 * Exit status 124: the time ran out. 125: the agent itself failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define XENBUS		"/dev/xen/xenbus"
#define PAYLOAD_MAX	4096
#define CHUNK_MAX	2000	/* a guest may store 2048 bytes in a node */
#define CHUNKS_MAX	700	/* and own 1000 nodes */
#define COMMAND_MAX	2000
#define PATH_LEN	256
#define ID_LEN		32
#define EXIT_TIMEOUT	124
#define EXIT_AGENT	125

enum xs_type {
	XS_DIRECTORY = 1,
	XS_READ = 2,
	XS_WATCH = 4,
	XS_WRITE = 11,
	XS_RM = 13,
	XS_WATCH_EVENT = 15,
	XS_ERROR = 16,
};

struct xs_header {
	uint32_t type;
	uint32_t req_id;
	uint32_t tx_id;
	uint32_t len;
};

static int bus = -1;
static char payload[PAYLOAD_MAX + 1];
/* A watch event that matters arrived: look again. */
static bool looked_for;

static void die(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(EXIT_AGENT);
}

static void read_all(void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		ssize_t n = read(bus, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("read " XENBUS);
		p += n;
		len -= n;
	}
}

static void write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("write");
		p += n;
		len -= n;
	}
}

static bool ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a >= b && !strcmp(s + a - b, end);
}

/*
 * Read one message into payload. The guest's own writes below data/run come
 * back as events too; only commands, statuses, and the event of the watch
 * being set (again, after a restore) are worth a look.
 */
static struct xs_header receive(void)
{
	struct xs_header h;

	read_all(&h, sizeof(h));
	if (h.len > PAYLOAD_MAX) {
		errno = EPROTO;
		die("message");
	}
	read_all(payload, h.len);
	payload[h.len] = 0;
	if (h.type == XS_WATCH_EVENT &&
	    (ends_with(payload, "/cmd") || ends_with(payload, "/status") ||
	     ends_with(payload, "data/run") || ends_with(payload, "data/agent")))
		looked_for = true;
	return h;
}

/* One request; the reply's length, its bytes in payload, or -1 with errno. */
static int request(enum xs_type type, const char *path, const void *data, size_t len)
{
	static uint32_t next_id;
	struct xs_header h = { .type = type, .req_id = ++next_id };
	char msg[sizeof(h) + PATH_LEN + PAYLOAD_MAX];
	size_t path_len = strlen(path) + 1;

	if (path_len > PATH_LEN || path_len + len > PAYLOAD_MAX) {
		errno = E2BIG;
		return -1;
	}
	h.len = path_len + len;
	memcpy(msg, &h, sizeof(h));
	memcpy(msg + sizeof(h), path, path_len);
	if (len)
		memcpy(msg + sizeof(h) + path_len, data, len);
	write_all(bus, msg, sizeof(h) + h.len);

	do {
		h = receive();
	} while (h.type == XS_WATCH_EVENT);
	if (h.type == XS_ERROR) {
		errno = strcmp(payload, "ENOENT") ? EIO : ENOENT;
		return -1;
	}
	return h.len;
}

static void open_bus(void)
{
	bus = open(XENBUS, O_RDWR | O_CLOEXEC);
	if (bus < 0)
		die(XENBUS);
}

static void watch(const char *path)
{
	if (request(XS_WATCH, path, "t", 2) < 0)
		die("watch");
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Wait for an event worth a look; false when the deadline passed. */
static bool wait_event(double deadline)
{
	struct pollfd p = { .fd = bus, .events = POLLIN };

	while (!looked_for) {
		double left = deadline - now();

		if (left <= 0)
			return false;
		if (poll(&p, 1, left > 3600 ? -1 : left * 1000 + 1) > 0)
			receive();
	}
	looked_for = false;
	return true;
}

/* Guest side. */

struct output {
	char base[64];
	char buf[CHUNK_MAX];
	size_t used;
	int chunks;
};

static void flush_output(struct output *o)
{
	char path[PATH_LEN];

	if (!o->used)
		return;
	if (o->chunks < CHUNKS_MAX) {
		snprintf(path, sizeof(path), "%s/%d", o->base, o->chunks);
		if (request(XS_WRITE, path, o->buf, o->used) < 0)
			die("write output");
		o->chunks++;
	}
	o->used = 0;
}

/* Take what there is in the pipe; false at its end. */
static bool take_output(struct output *o, int fd)
{
	ssize_t n = read(fd, o->buf + o->used, sizeof(o->buf) - o->used);

	if (n <= 0)
		return n < 0 && errno == EINTR;
	o->used += n;
	if (o->used == sizeof(o->buf))
		flush_output(o);
	return true;
}

static pid_t start_shell(const char *command, int *fd)
{
	int p[2];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		setsid();
		dup2(p[1], 1);
		dup2(p[1], 2);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(p[1]);
	*fd = p[0];
	return pid;
}

/*
 * The command is over when the shell ends: something it left in the background
 * may hold the pipe open for ever.
 */
static int copy_until_exit(struct output *o, pid_t pid, int fd)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .events = POLLIN } };
	int status = 0;

	p[1].fd = syscall(SYS_pidfd_open, pid, 0);
	if (p[1].fd < 0)
		die("pidfd_open");
	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (p[0].revents && !take_output(o, fd))
			p[0].fd = -1;
		if (p[1].revents)
			break;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (take_output(o, fd))
		;
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* In a process, and on a xenstore connection, of its own. */
static void serve_one(const char *id, const char *command)
{
	struct output o = { .used = 0 };
	char path[PATH_LEN], text[32];
	int fd, status, len;
	pid_t pid;

	signal(SIGCHLD, SIG_DFL);
	open_bus();
	snprintf(o.base, sizeof(o.base), "data/run/%.*s", ID_LEN, id);
	pid = start_shell(command, &fd);
	status = copy_until_exit(&o, pid, fd);
	flush_output(&o);
	snprintf(path, sizeof(path), "%s/status", o.base);
	len = snprintf(text, sizeof(text), "%d %d", status, o.chunks);
	if (request(XS_WRITE, path, text, len) < 0)
		die("write status");
	exit(0);
}

static void take_command(const char *id)
{
	char path[PATH_LEN], command[COMMAND_MAX + 1];
	pid_t pid;
	int len;

	snprintf(path, sizeof(path), "data/run/%.*s/cmd", ID_LEN, id);
	len = request(XS_READ, path, NULL, 0);
	if (len < 0 || len > COMMAND_MAX)
		return;
	memcpy(command, payload, len + 1);
	if (request(XS_RM, path, NULL, 0) < 0)
		return;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		serve_one(id, command);
}

static void serve(void)
{
	char ids[PAYLOAD_MAX + 1], *id;
	int len;

	signal(SIGCHLD, SIG_IGN);
	open_bus();
	watch("data/run");
	for (;;) {
		/* Again after a restore: the folder is a new one. */
		if (request(XS_READ, "data/agent", NULL, 0) < 0 &&
		    request(XS_WRITE, "data/agent", "ready", 5) < 0)
			die("write data/agent");
		len = request(XS_DIRECTORY, "data/run", NULL, 0);
		if (len > 0) {
			memcpy(ids, payload, len);
			for (id = ids; id < ids + len; id += strlen(id) + 1)
				take_command(id);
		}
		wait_event(1e18);
	}
}

/* Dom0 side. */

static char base[64];

static int wait_ready(double seconds)
{
	double deadline = now() + seconds;
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "%s/data/agent", base);
	watch(path);
	while (request(XS_READ, path, NULL, 0) <= 0)
		if (!wait_event(deadline))
			return EXIT_TIMEOUT;
	return 0;
}

static void start(const char *command, char *id, size_t size)
{
	char path[PATH_LEN];
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	snprintf(id, size, "%lld-%d", (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000,
		 getpid());
	snprintf(path, sizeof(path), "%s/data/run/%s/cmd", base, id);
	if (strlen(command) > COMMAND_MAX) {
		errno = E2BIG;
		die("command");
	}
	if (request(XS_WRITE, path, command, strlen(command)) < 0)
		die("write command");
}

static void print_output(const char *id, int chunks)
{
	char path[PATH_LEN];
	int i, len;

	for (i = 0; i < chunks; i++) {
		snprintf(path, sizeof(path), "%s/data/run/%s/%d", base, id, i);
		len = request(XS_READ, path, NULL, 0);
		if (len < 0)
			die("read output");
		write_all(1, payload, len);
	}
}

static int wait_done(const char *id, double seconds)
{
	double deadline = now() + seconds;
	char path[PATH_LEN];
	int status, chunks;

	snprintf(path, sizeof(path), "%s/data/run/%s/status", base, id);
	watch(path);
	while (request(XS_READ, path, NULL, 0) < 0)
		if (!wait_event(deadline))
			return EXIT_TIMEOUT;
	if (sscanf(payload, "%d %d", &status, &chunks) != 2) {
		errno = EPROTO;
		die("status");
	}
	print_output(id, chunks);
	snprintf(path, sizeof(path), "%s/data/run/%s", base, id);
	request(XS_RM, path, NULL, 0);
	return status;
}

static int print_node(const char *path)
{
	if (request(XS_READ, path, NULL, 0) < 0)
		return 1;
	puts(payload);
	return 0;
}

static int write_nodes(char **arg)
{
	for (; arg[0]; arg += 2)
		if (!arg[1] || request(XS_WRITE, arg[0], arg[1], strlen(arg[1])) < 0)
			return 1;
	return 0;
}

/* The newest, should an old one of that name linger. */
static int print_domid(const char *name)
{
	char ids[PAYLOAD_MAX + 1], path[PATH_LEN], *id;
	int len, best = -1;

	len = request(XS_DIRECTORY, "/local/domain", NULL, 0);
	if (len < 0)
		return 1;
	memcpy(ids, payload, len);
	for (id = ids; id < ids + len; id += strlen(id) + 1) {
		snprintf(path, sizeof(path), "/local/domain/%d/name", atoi(id));
		if (request(XS_READ, path, NULL, 0) >= 0 && !strcmp(payload, name) &&
		    atoi(id) > best)
			best = atoi(id);
	}
	if (best < 0)
		return 1;
	printf("%d\n", best);
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: agent serve | ready DOMID SECONDS | start DOMID COMMAND |\n"
			"       wait DOMID ID SECONDS | run DOMID SECONDS COMMAND |\n"
			"       read PATH | write PATH VALUE... | domid NAME\n");
	return EXIT_AGENT;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	char id[ID_LEN];

	if (argc == 2 && !strcmp(verb, "serve"))
		serve();
	if (argc < 3)
		return usage();

	open_bus();
	if (argc == 3 && !strcmp(verb, "read"))
		return print_node(argv[2]);
	if (argc == 3 && !strcmp(verb, "domid"))
		return print_domid(argv[2]);
	if (!strcmp(verb, "write"))
		return write_nodes(argv + 2);

	snprintf(base, sizeof(base), "/local/domain/%d", atoi(argv[2]));
	if (argc == 4 && !strcmp(verb, "ready"))
		return wait_ready(atof(argv[3]));
	if (argc == 4 && !strcmp(verb, "start")) {
		start(argv[3], id, sizeof(id));
		puts(id);
		return 0;
	}
	if (argc == 5 && !strcmp(verb, "wait"))
		return wait_done(argv[3], atof(argv[4]));
	if (argc == 5 && !strcmp(verb, "run")) {
		start(argv[4], id, sizeof(id));
		return wait_done(id, atof(argv[3]));
	}
	return usage();
}
