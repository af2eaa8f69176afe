package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.explain.Attempt;
import io.rebalancer.core.explain.AttemptHistory;
import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.core.explain.ObjectInFlight;
import io.rebalancer.core.explain.RecordExplanation;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The explanation of an object.
 *
 * @param subject what was asked for: an object id or a key
 * @param records one for each metadata record of the object
 * @param deleted attempts to move records of the key that do not exist any more
 * @param unknownShards metadata shards that gave no answer; there may be records on them
 * @param next what happens next; absent if there are records, each with its own
 * @param unblock what to do; absent as {@code next}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record ExplanationView(
        UUID jobId,
        String subject,
        @JsonInclude(JsonInclude.Include.ALWAYS) List<RecordView> records,
        List<DeletedView> deleted,
        List<UnknownShardView> unknownShards,
        String next,
        String unblock) {

    /**
     * One record.
     *
     * @param status a stable word, such as {@code waits_for_pass}
     * @param attemptCount all attempts, of which the last are in {@code attempts}
     * @param rule what blocks the record; absent if nothing does
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record RecordView(
            int shard,
            String key,
            String status,
            Optional<LiveView> now,
            String fault,
            @JsonInclude(JsonInclude.Include.ALWAYS) List<AttemptView> attempts,
            int attemptCount,
            Optional<InFlightView> inFlight,
            String next,
            Optional<Instant> nextAt,
            String rule,
            String unblock) {

        static RecordView of(RecordExplanation record) {
            return new RecordView(
                    record.found().ref().shard(),
                    record.found().ref().key(),
                    StableWord.of(record.status()),
                    record.found().record().map(LiveView::of),
                    record.found().fault(),
                    AttemptView.all(record.history()),
                    record.history().total(),
                    record.inFlight().map(InFlightView::of),
                    record.next(),
                    record.nextAt(),
                    record.rule(),
                    record.unblock());
        }
    }

    /** The record as the metadata tier holds it now. */
    record LiveView(UUID objectId, String etag, long bytes, ContentMd5 md5, List<CopyLocation> copies) {
        static LiveView of(MetadataRecord record) {
            return new LiveView(record.objectId(), record.etag(), record.sizeBytes(), record.md5(), record.copies());
        }
    }

    /** An attempt that left the record where it was; newest first. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record AttemptView(
            int pass,
            Optional<Instant> at,
            String kind,
            String reason,
            String retryClass,
            Optional<UUID> assignmentId,
            Optional<String> storageNode,
            String detail) {

        static List<AttemptView> all(AttemptHistory history) {
            return history.attempts().stream().map(AttemptView::of).toList();
        }

        private static AttemptView of(Attempt attempt) {
            return new AttemptView(
                    attempt.pass(),
                    attempt.at(),
                    StableWord.of(attempt.kind()),
                    StableWord.of(attempt.reason()),
                    StableWord.of(attempt.reason().retryClass()),
                    attempt.assignmentId(),
                    attempt.destination(),
                    attempt.detail());
        }
    }

    /** @param since when the assignment was planned; absent if an earlier incarnation of the job planned it */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record InFlightView(UUID assignmentId, CopyLocation destination, String state, Optional<Instant> since) {
        static InFlightView of(ObjectInFlight object) {
            return new InFlightView(
                    object.assignmentId(), object.destination(), StableWord.of(object.state()), object.plannedAt());
        }
    }

    /** Attempts to move a record that does not exist any more. */
    record DeletedView(int shard, List<AttemptView> attempts) {}

    /** A shard without an answer. */
    record UnknownShardView(int shard, String reason) {}

    static ExplanationView of(ObjectExplanation explanation) {
        return new ExplanationView(
                explanation.jobId(),
                explanation.subject(),
                explanation.records().stream().map(RecordView::of).toList(),
                explanation.deleted().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> new DeletedView(each.getKey(), AttemptView.all(each.getValue())))
                        .toList(),
                explanation.unknownShards().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> new UnknownShardView(each.getKey(), each.getValue()))
                        .toList(),
                explanation.next(),
                explanation.unblock());
    }
}
