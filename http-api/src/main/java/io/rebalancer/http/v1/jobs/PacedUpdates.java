package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.http.server.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;

/**
 * Updates merged into one step of an event stream. The step keeps every change of state and every exception, in order,
 * but only the latest progress.
 */
final class PacedUpdates {
    private final List<Change> notable = new ArrayList<>();
    private Change latest;

    /**
     * An update, compared with the update before.
     *
     * @param ofState whether the job's phase or pass changed
     */
    record Change(JobUpdate update, boolean ofState) {
        boolean isNotable() {
            return ofState || !update.exceptions().isEmpty();
        }

        /** The number of events; bounds the merged updates while a client is slow. */
        long weight() {
            return 1 + update.exceptions().size();
        }
    }

    /** Distinguishes changes of state from progress. Each stream has its own. */
    static final class ChangeDetector {
        private JobPhase phase = JobPhase.NONE;
        private int pass = -1;

        Change next(JobUpdate update) {
            boolean changed = update.state().phase() != phase || update.state().pass() != pass;
            phase = update.state().phase();
            pass = update.state().pass();
            return new Change(update, changed);
        }
    }

    PacedUpdates(Change first) {
        this.latest = first;
        merge(first);
    }

    /** Adds a change to this step. The stream owns this object, so it is changed in place. */
    PacedUpdates merge(Change next) {
        if (next.isNotable()) {
            notable.add(next);
        }
        latest = next;
        return this;
    }

    List<ServerSentEvent> toServerSentEvents(UUID jobId) {
        List<ServerSentEvent> events = new ArrayList<>();
        for (Change change : notable) {
            addNotable(events, jobId, change);
        }
        boolean latestIsShown = latest.isNotable() && latest.ofState();
        if (!latestIsShown) {
            events.add(jobEvent("progress", jobId, latest.update()));
        }
        return events;
    }

    /**
     * Only the last event of a revision carries the revision as its id. A client that loses its connection between two
     * events of a revision resumes before that revision and misses none of them.
     */
    private static void addNotable(List<ServerSentEvent> events, UUID jobId, Change change) {
        JobUpdate update = change.update();
        int exceptions = update.exceptions().size();
        for (int i = 0; i < exceptions; i++) {
            boolean last = !change.ofState() && i == exceptions - 1;
            events.add(sse(
                    "exception",
                    last,
                    update.revision(),
                    ExceptionView.of(update.exceptions().get(i), update.state().pass())));
        }
        if (change.ofState()) {
            events.add(jobEvent("state", jobId, update));
        }
    }

    private static ServerSentEvent jobEvent(String type, UUID jobId, JobUpdate update) {
        return sse(type, true, update.revision(), JobView.of(jobId, update));
    }

    private static ServerSentEvent sse(String type, boolean withId, long revision, Object view) {
        Optional<String> id = withId ? Optional.of(Long.toString(revision)) : Optional.empty();
        return ServerSentEvent.create(Json.write(view), Optional.of(type), id, OptionalInt.empty());
    }
}
