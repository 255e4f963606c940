/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/pool.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

typedef struct Job Job;
struct Job {
        Job *next;
        int (*run)(void *userdata);
        void (*done)(void *userdata, int r);
        void *userdata;
        int r;
};

/* First in, first out. */
typedef struct Queue {
        Job *first, *last;
} Queue;

struct Pool {
        pthread_mutex_t mutex;
        pthread_cond_t wakeup;
        Queue urgent, todo, finished;
        bool closing;

        pthread_t *threads;
        unsigned n_threads;
        int event_fd;
        sd_event_source *source;
};

static void queue_push(Queue *q, Job *job) {
        job->next = NULL;
        if (q->last)
                q->last->next = job;
        else
                q->first = job;
        q->last = job;
}

static Job *queue_pop(Queue *q) {
        Job *job = q->first;

        if (!job)
                return NULL;
        q->first = job->next;
        if (!q->first)
                q->last = NULL;
        return job;
}

static void *thread_main(void *userdata) {
        const uint64_t one = 1;
        Pool *p = userdata;
        Job *job;

        (void) pthread_mutex_lock(&p->mutex);
        for (;;) {
                while (!p->closing && !p->urgent.first && !p->todo.first)
                        (void) pthread_cond_wait(&p->wakeup, &p->mutex);
                if (p->closing)
                        break;

                job = queue_pop(&p->urgent) ?: queue_pop(&p->todo);
                (void) pthread_mutex_unlock(&p->mutex);
                job->r = job->run(job->userdata);
                (void) pthread_mutex_lock(&p->mutex);
                queue_push(&p->finished, job);
                if (write(p->event_fd, &one, sizeof(one)) < 0)
                        assert(errno == EAGAIN); /* the counter is full: the loop has been told */
        }
        (void) pthread_mutex_unlock(&p->mutex);
        return NULL;
}

static int on_finished(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        Pool *p = userdata;
        Queue finished;
        uint64_t count;
        Job *job;

        if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
                return -errno;

        (void) pthread_mutex_lock(&p->mutex);
        finished = p->finished;
        p->finished = (Queue) {};
        (void) pthread_mutex_unlock(&p->mutex);

        while ((job = queue_pop(&finished))) {
                Job finished_job = *job;

                free(job);
                finished_job.done(finished_job.userdata, finished_job.r);
        }
        return 0;
}

Pool *pool_free(Pool *p) {
        Job *job;

        if (!p)
                return NULL;

        (void) pthread_mutex_lock(&p->mutex);
        p->closing = true;
        (void) pthread_cond_broadcast(&p->wakeup);
        (void) pthread_mutex_unlock(&p->mutex);
        for (unsigned i = 0; i < p->n_threads; i++)
                (void) pthread_join(p->threads[i], NULL);

        while ((job = queue_pop(&p->urgent)) || (job = queue_pop(&p->todo)) ||
               (job = queue_pop(&p->finished)))
                free(job);
        p->source = sd_event_source_disable_unref(p->source);
        (void) safe_close(p->event_fd);
        (void) pthread_cond_destroy(&p->wakeup);
        (void) pthread_mutex_destroy(&p->mutex);
        free(p->threads);
        free(p);
        return NULL;
}

/* Signals are the event loop's business: the threads take none. */
static int start_threads(Pool *p, unsigned threads) {
        sigset_t all, previous;
        int r = 0;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &previous);
        while (p->n_threads < threads && r == 0) {
                r = -pthread_create(p->threads + p->n_threads, NULL, thread_main, p);
                p->n_threads += r == 0;
        }
        (void) pthread_sigmask(SIG_SETMASK, &previous, NULL);
        return r;
}

int pool_new(sd_event *event, unsigned threads, Pool **ret) {
        _cleanup_(pool_freep) Pool *p = NULL;
        int r;

        assert(event);
        assert(threads > 0);
        assert(ret);

        p = calloc(1, sizeof(Pool));
        if (!p)
                return -ENOMEM;
        *p = (Pool) { .mutex = PTHREAD_MUTEX_INITIALIZER,
                      .wakeup = PTHREAD_COND_INITIALIZER,
                      .event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
        if (p->event_fd < 0)
                return -errno;
        p->threads = calloc(threads, sizeof(pthread_t));
        if (!p->threads)
                return -ENOMEM;

        r = sd_event_add_io(event, &p->source, p->event_fd, EPOLLIN, on_finished, p);
        if (r < 0)
                return r;
        r = start_threads(p, threads);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(p);
        return 0;
}

int pool_submit(Pool *p, bool urgent, int (*run)(void *userdata),
                void (*done)(void *userdata, int r), void *userdata) {
        Job *job;

        assert(p);
        assert(run && done);

        job = malloc(sizeof(Job));
        if (!job)
                return -ENOMEM;
        *job = (Job) { .run = run, .done = done, .userdata = userdata };

        (void) pthread_mutex_lock(&p->mutex);
        queue_push(urgent ? &p->urgent : &p->todo, job);
        (void) pthread_cond_signal(&p->wakeup);
        (void) pthread_mutex_unlock(&p->mutex);
        return 0;
}
