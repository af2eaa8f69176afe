package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the events of one job, folds its state, and writes the changes to the tables, some events at a time.
 *
 * <p>The state is stored in the transaction that advances the position. A large state is not stored each time; the stored
 * state is then older than the position, and after a restart the events between are folded again but not written again.
 */
final class JobEventStream {
    private static final Logger LOGGER = LoggerFactory.getLogger(JobEventStream.class);

    private static final int MAX_BATCH = 200;
    /** A transaction has several statements, however few its events are; so events of a busy job are gathered. */
    private static final Duration MAX_BATCH_DELAY = Duration.ofMillis(250);
    /** A state is stored after four events for each of its kilobytes, so that storing it costs less than the events do. */
    private static final int STATE_CHARACTERS_PER_EVENT = 256;

    private static final long MAX_EVENTS_WITHOUT_STATE = 5000;

    private final UUID jobId;
    private final String persistenceId;
    private final JournalReader journal;
    private final ReadSide readSide;
    private final ProjectionMetrics metrics;

    JobEventStream(UUID jobId, JournalReader journal, ReadSide readSide, ProjectionMetrics metrics) {
        this.jobId = jobId;
        this.persistenceId = PersistentEntities.evacuateJob(jobId).id();
        this.journal = journal;
        this.readSide = readSide;
        this.metrics = metrics;
    }

    UUID jobId() {
        return jobId;
    }

    String persistenceId() {
        return persistenceId;
    }

    /**
     * How far the job is projected.
     *
     * @param job the state to continue from, as of {@code position} or of an earlier event
     * @param stateCharacters the size of the stored state
     */
    record Progress(FoldedJob job, long position, long stateCharacters) {
        boolean isEnded() {
            return job.isEnded();
        }
    }

    /**
     * A step of the stream.
     *
     * @param position the last event that the tables include
     * @param ended whether no event follows; the stream completes
     */
    record Step(long position, boolean ended) {}

    /** The journal can't be read further; the events before are written. */
    static final class ReadingFailed extends Exception {
        private static final long serialVersionUID = 1L;

        ReadingFailed(Throwable cause) {
            super(cause);
        }
    }

    /** An event of the journal, or the failure that ended the journal's stream. */
    private record Read(Optional<EventEnvelope> event, Optional<Throwable> failure) {
        static Read event(EventEnvelope event) {
            return new Read(Optional.of(event), Optional.empty());
        }

        static Read failed(Throwable failure) {
            return new Read(Optional.empty(), Optional.of(failure));
        }
    }

    /**
     * Events that are written together.
     *
     * @param after the job after them
     * @param changes of those that the tables do not include yet
     * @param failure why the events behind them can't be read
     */
    private record Batch(FoldedJob after, List<StoredChange<JobChange>> changes, Optional<Throwable> failure) {
        boolean endsJob() {
            return after.isEnded();
        }
    }

    /** What the tables include of the job. One write at a time uses it. */
    private static final class Written {
        private long position;
        private long stateRevision;
        private long stateCharacters;

        Written(Progress start) {
            this.position = start.position();
            this.stateRevision = start.job().revision();
            this.stateCharacters = start.stateCharacters();
        }

        boolean needsState(Batch batch) {
            long events = batch.after().revision() - stateRevision;
            long limit = Math.min(MAX_EVENTS_WITHOUT_STATE, stateCharacters / STATE_CHARACTERS_PER_EVENT);
            return events > 0
                    && (events >= limit || batch.endsJob() || batch.failure().isPresent());
        }
    }

    /** Reads where to continue. Blocking. */
    Progress load() {
        ReadSideTables.Progress found = readSide.tables().progress(persistenceId);
        if (found.state().isEmpty()) {
            return new Progress(FoldedJob.EMPTY, found.position(), 0);
        }
        StoredState state = found.state().get();
        try {
            return new Progress(
                    readSide.states().read(state),
                    found.position(),
                    state.text().length());
        } catch (RuntimeException e) {
            LOGGER.warn(
                    "job={} its stored state of version {} can't be read: {}; its events are read from the first",
                    jobId,
                    state.manifest(),
                    OneLine.of(e));
            return new Progress(FoldedJob.EMPTY, found.position(), 0);
        }
    }

    /** Projects until no event follows. Fails with {@link ReadingFailed} if the journal can't be read further. */
    Source<Step, NotUsed> from(Progress start) {
        Written written = new Written(start);
        return journal.follow(persistenceId, start.job().revision() + 1)
                .map(Read::event)
                .recover(new PFBuilder<Throwable, Read>().matchAny(Read::failed).build())
                .groupedWithin(MAX_BATCH, MAX_BATCH_DELAY)
                .statefulMap(start::job, (job, events) -> fold(job, events, start.position()), job -> Optional.empty())
                .takeWhile(batch -> !batch.endsJob(), true)
                .mapAsync(1, batch -> readSide.run(() -> write(written, batch)));
    }

    private Pair<FoldedJob, Batch> fold(FoldedJob before, List<Read> events, long position) {
        FoldedJob job = before;
        List<StoredChange<JobChange>> changes = new ArrayList<>();
        for (Read each : events) {
            if (each.event().isEmpty()) {
                return batch(job, changes, each.failure());
            }
            EventEnvelope event = each.event().get();
            JobState earlier = job.state();
            try {
                job = job.after(event);
            } catch (FoldedJob.MissingEvents e) {
                return batch(job, changes, Optional.of(e));
            }
            if (event.sequenceNr() > position) {
                changes.add(StoredChange.of(event, JobChange.Updated.of(jobId, earlier, (JobEvent) event.event())));
            }
        }
        return batch(job, changes, Optional.empty());
    }

    private Pair<FoldedJob, Batch> batch(
            FoldedJob after, List<StoredChange<JobChange>> changes, Optional<Throwable> failure) {
        if (!changes.isEmpty()) {
            StoredChange<JobChange> last = changes.get(changes.size() - 1);
            changes.add(last.with(new JobChange.Advanced(jobId, after.state())));
        }
        return Pair.create(after, new Batch(after, changes, failure));
    }

    private Step write(Written written, Batch batch) throws ReadingFailed {
        long after = Math.max(written.position, batch.after().revision());
        Optional<StoredState> state =
                written.needsState(batch) ? Optional.of(readSide.states().write(batch.after())) : Optional.empty();
        if (after > written.position || state.isPresent()) {
            readSide.tables()
                    .write(Projections.OF_JOBS, persistenceId, written.position, after, batch.changes(), state);
            written.position = after;
        }
        state.ifPresent(stored -> {
            written.stateRevision = stored.sequenceNr();
            written.stateCharacters = stored.text().length();
        });
        if (!batch.changes().isEmpty()) {
            // The last change is the state after the events.
            int events = batch.changes().size() - 1;
            metrics.recordWrite(events, batch.changes().get(events).storedAt());
        }
        if (batch.failure().isPresent()) {
            throw new ReadingFailed(batch.failure().get());
        }
        return new Step(after, batch.endsJob());
    }
}
