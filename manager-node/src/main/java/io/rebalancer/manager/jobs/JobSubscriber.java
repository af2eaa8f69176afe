package io.rebalancer.manager.jobs;

import io.rebalancer.http.v1.jobs.JobUpdate;
import java.util.List;

/** Who gets the updates of a job from {@link JobFeedHub}. Two subscribers are equal only if they are the same object. */
interface JobSubscriber {

    /**
     * Passes updates on, oldest first, without waiting.
     *
     * @return whether the subscriber takes further updates; otherwise its stream has ended, or ends because it is too slow
     */
    boolean offer(List<JobUpdate> updates);

    /** The job has ended; no update follows. */
    void complete();

    /** The job can't be followed any more, or not now. */
    void fail(Throwable cause);
}
