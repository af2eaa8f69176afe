package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Finds out what a pass visits that is due: a pass that visits listed records waits until their list is complete. */
final class PassStart {
    private static final Duration LIST_RETRY_DELAY = Duration.ofSeconds(1);

    private final UUID jobId;
    private final ActorContext<JobMessage> context;
    private final TimerScheduler<JobMessage> timers;
    private final PassSchedule schedule;

    PassStart(UUID jobId, ActorContext<JobMessage> context, TimerScheduler<JobMessage> timers, PassSchedule schedule) {
        this.jobId = jobId;
        this.context = context;
        this.timers = timers;
        this.schedule = schedule;
    }

    /**
     * What the pass visits, if that is known at once. Otherwise the job gets a {@link JobInternalMessage.ListChecked}.
     *
     * @param revision number of the job's last event
     */
    Optional<PassScope> request(JobState job, long revision) {
        boolean ordered = job.passes().retry().hasOrder();
        Optional<RetrySelection> selection = job.selection().filter(each -> !ordered);
        if (!ordered && selection.isEmpty() && !job.mayRetryUnmoved()) {
            return Optional.of(PassScope.ALL_RECORDS);
        }
        UUID list = selection.map(RetrySelection::jobId).orElse(jobId);
        long complete = selection.map(RetrySelection::revision).orElse(revision);
        context.pipeToSelf(schedule.isListComplete(list, complete), (included, failure) -> {
            if (failure != null) {
                context.getLog().warn("job={} the list of unmoved records: {}", jobId, OneLine.of(failure));
            }
            return new JobInternalMessage.ListChecked(failure == null && included);
        });
        return Optional.empty();
    }

    /** What the pass visits now that its list was checked; empty if the list is checked again in a moment. */
    Optional<PassScope> scope(JobState job, boolean listComplete) {
        boolean ordered = job.passes().retry().hasOrder();
        Optional<PassScope> scope = job.selection().isPresent() && !ordered
                ? schedule.scopeOfSelection(listComplete)
                : schedule.scope(listComplete);
        if (scope.isEmpty()) {
            timers.startSingleTimer(JobInternalMessage.BeginPass.INSTANCE, LIST_RETRY_DELAY);
        } else if (scope.get() == PassScope.ALL_RECORDS) {
            context.getLog().warn("job={} the list of unmoved records is behind; all shards are scanned", jobId);
        }
        return ordered
                ? scope.map(each -> each == PassScope.UNMOVED_RECORDS ? PassScope.SELECTED_RECORDS : each)
                : scope;
    }
}
