package io.rebalancer.http.v1.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;

/**
 * Updates merged into one step of an event stream. The step keeps every change of state and every exception, in order,
 * but only the latest progress.
 */
final class PacedUpdates {
    private final List<JobUpdate> notable = new ArrayList<>();
    private JobUpdate latest;

    PacedUpdates(JobUpdate first) {
        this.latest = first;
        merge(first);
    }

    /** The events that an update keeps waiting while a client is slow. Progress replaces the progress before. */
    static long weight(JobUpdate update) {
        return update.exceptions().size() + (update.changesState() ? 1 : 0);
    }

    /** Adds an update to this step. The stream owns this object, so it is changed in place. */
    PacedUpdates merge(JobUpdate next) {
        if (next.isNotable()) {
            notable.add(next);
        }
        latest = next;
        return this;
    }

    /** @param start the client has the events up to here, of which the updates may repeat some */
    List<ServerSentEvent> toServerSentEvents(UUID jobId, JobPosition start) {
        List<ServerSentEvent> events = new ArrayList<>();
        for (JobUpdate update : notable) {
            addNotable(events, jobId, update, start.exceptionsOf(update.revision()));
        }
        if (!latest.changesState()) {
            events.add(jobEvent("progress", jobId, latest));
        }
        return events;
    }

    /** Each event has a separate id, so a client that loses its connection between two of them misses and repeats none. */
    private static void addNotable(List<ServerSentEvent> events, UUID jobId, JobUpdate update, int shown) {
        int exceptions = update.exceptions().size();
        for (int i = shown; i < exceptions; i++) {
            boolean last = !update.changesState() && i == exceptions - 1;
            JobPosition position = new JobPosition(update.revision(), last ? 0 : i + 1);
            events.add(EventStreams.event(
                    "exception",
                    Optional.of(position.toString()),
                    ExceptionView.of(update.exceptions().get(i), update.state().pass())));
        }
        if (update.changesState()) {
            events.add(jobEvent("state", jobId, update));
        }
    }

    private static ServerSentEvent jobEvent(String type, UUID jobId, JobUpdate update) {
        return EventStreams.event(
                type, Optional.of(JobPosition.after(update.revision()).toString()), JobView.of(jobId, update));
    }
}
