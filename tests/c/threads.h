/* Running a job in several threads at the same time. */
#ifndef EV_TEST_THREADS_H
#define EV_TEST_THREADS_H

#include <pthread.h>

#include "check.h"

enum { THREADS = 4 };

/* Part `part` of THREADS of a job. */
typedef void part_of_job(void *job, int part);

typedef struct thread_call {
    part_of_job *run;
    void *job;
    int part;
} thread_call;

static inline void *call_part(void *data)
{
    const thread_call *call = data;
    call->run(call->job, call->part);
    return NULL;
}

/* Runs all parts, each in a thread of its own. */
static inline void run_together(part_of_job *run, void *job)
{
    pthread_t threads[THREADS];
    thread_call calls[THREADS];
    for (int part = 0; part < THREADS; part++) {
        calls[part] = (thread_call){run, job, part};
        CHECK(pthread_create(&threads[part], NULL, call_part, &calls[part]) == 0);
    }
    for (int part = 0; part < THREADS; part++) {
        CHECK(pthread_join(threads[part], NULL) == 0);
    }
}

/* Where part `part` of n items begins; part THREADS: n. */
static inline ptrdiff_t part_start(ptrdiff_t n, int part) { return n * part / THREADS; }

#endif
