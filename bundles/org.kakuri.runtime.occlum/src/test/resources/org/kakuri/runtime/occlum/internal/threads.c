/* threads WHAT N: threads that make blocking calls at the same time. Between their start and that call they make none that goes out. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_barrier_t all;
static int forth[2];
static int back[2];
static int rounds;

static void nothing(int signal) {
  (void)signal;
}

static void leave(int signal) {
  (void)signal;
  _exit(7);
}

static void become(int signal) {
  char *argv[] = {"echo", "another", NULL};
  char *envp[] = {NULL};
  (void)signal;
  execve("/bin/echo", argv, envp);
}

static void *sleeps(void *unused) {
  struct timespec long_time = {1000, 0};
  pthread_barrier_wait(&all);
  syscall(SYS_nanosleep, &long_time, NULL);
  return unused;
}

static void *reads(void *unused) {
  char byte;
  pthread_barrier_wait(&all);
  return read(0, &byte, 1) == 1 ? unused : &all;
}

static void *answers(void *unused) {
  char byte;
  for (int i = 0; i < rounds; i++) {
    if (read(forth[0], &byte, 1) != 1 || write(back[1], &byte, 1) != 1) {
      return &all;
    }
  }
  return unused;
}

static int pingpong(void) {
  pthread_t other;
  char byte = 'x';
  if (pipe(forth) != 0 || pipe(back) != 0 || pthread_create(&other, NULL, answers, NULL) != 0) {
    return 2;
  }
  for (int i = 0; i < rounds; i++) {
    if (write(forth[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) {
      return 3;
    }
  }
  pthread_join(other, NULL);
  return 0;
}

int main(int argc, char **argv) {
  pthread_t threads[256];
  sigset_t mine;
  sigset_t theirs;
  int n = argc > 2 ? atoi(argv[2]) : 0;
  if (n < 1 || n > 256) {
    return 1;
  }
  rounds = n;
  if (strcmp(argv[1], "pingpong") == 0) {
    return pingpong();
  }
  signal(SIGUSR2, strcmp(argv[1], "become") == 0 ? become : leave);
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = nothing}, NULL);
  sigemptyset(&theirs);
  sigaddset(&theirs, SIGUSR2);
  sigemptyset(&mine);
  sigaddset(&mine, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &theirs, NULL);
  pthread_barrier_init(&all, NULL, n);
  for (int i = 0; i < n; i++) {
    if (pthread_create(&threads[i], NULL, strcmp(argv[1], "read") == 0 ? reads : sleeps, NULL) != 0) {
      return 2;
    }
  }
  pthread_sigmask(SIG_SETMASK, &mine, NULL);
  int bad = 0;
  for (int i = 0; i < n; i++) {
    void *result;
    pthread_join(threads[i], &result);
    bad += result != NULL;
  }
  return bad;
}
