package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.http.server.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;

/**
 * Updates merged into one step of a stream: every change of state and every exception is kept, in order; of mere
 * progress only the latest.
 */
public final class PacedUpdates {
    private final List<Change> notable = new ArrayList<>();
    private Change latest;

    /** An update, and whether the job's phase or pass differs from the update before. */
    record Change(JobUpdate update, boolean ofState) {
        boolean isNotable() {
            return ofState || !update.exceptions().isEmpty();
        }

        /** For bounding what is merged while a client is slow. */
        long weight() {
            return 1 + update.exceptions().size();
        }
    }

    /** Tells changes of state from mere progress; one for each stream. */
    static final class Detector {
        private JobPhase phase = JobPhase.NONE;
        private int pass = -1;

        Change next(JobUpdate update) {
            boolean changed =
                    update.state().phase() != phase || update.state().passes().number() != pass;
            phase = update.state().phase();
            pass = update.state().passes().number();
            return new Change(update, changed);
        }
    }

    public PacedUpdates(Change first) {
        this.latest = first;
        plus(first);
    }

    /** Merges one more; changes this object, which the stream owns. */
    public PacedUpdates plus(Change next) {
        if (next.isNotable()) {
            notable.add(next);
        }
        latest = next;
        return this;
    }

    public List<ServerSentEvent> toServerSentEvents(UUID jobId) {
        List<ServerSentEvent> events = new ArrayList<>();
        for (Change change : notable) {
            addNotable(events, jobId, change);
        }
        boolean shown = latest.isNotable() && latest.ofState();
        if (!shown) {
            events.add(event("progress", true, jobId, latest.update()));
        }
        return events;
    }

    /**
     * Only the last event of a revision carries its id: a client that broke off in between resumes before it and misses
     * none.
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
                    ExceptionView.of(update.exceptions().get(i))));
        }
        if (change.ofState()) {
            events.add(event("state", true, jobId, update));
        }
    }

    private static ServerSentEvent event(String type, boolean withId, UUID jobId, JobUpdate update) {
        return sse(type, withId, update.revision(), JobView.of(jobId, update.revision(), update.state()));
    }

    private static ServerSentEvent sse(String type, boolean withId, long revision, Object view) {
        Optional<String> id = withId ? Optional.of(Long.toString(revision)) : Optional.empty();
        return ServerSentEvent.create(Json.write(view), Optional.of(type), id, OptionalInt.empty());
    }

    /** A record that was skipped or failed, for people. */
    record ExceptionView(int shard, String key, String kind, String reason, String detail) {
        static ExceptionView of(UnmovedRecord exception) {
            return new ExceptionView(
                    exception.record().shard(),
                    exception.record().key(),
                    exception.kind().name(),
                    exception.reason().name(),
                    exception.detail());
        }
    }
}
