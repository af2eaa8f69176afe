package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A record that stays on the leaving node. The event stream has one for each attempt, without the components that are
 * optional; these are in the list of exceptions.
 *
 * @param kind {@code skipped} or {@code failed}
 * @param reason the cause as a stable word, such as {@code no_destination}
 * @param retryClass {@code transient}, {@code pressure} or {@code permanent}
 * @param detail the cause as readable text: what happened, where, what to do
 * @param pass the pass that skipped or failed the record last
 * @param attempts how many times the record was skipped or failed, over all passes
 * @param storageNode the destination of the last attempt; absent if none was chosen
 * @param assignmentId the assignment of the last attempt; absent if there was none
 * @param firstAt when the record was first skipped or failed; absent if an earlier build stored the exception
 * @param lastAt when it was last skipped or failed; absent as {@code firstAt}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ExceptionView(
        int shard,
        String key,
        String kind,
        String reason,
        String retryClass,
        String detail,
        int pass,
        Optional<Integer> attempts,
        Optional<String> storageNode,
        Optional<UUID> assignmentId,
        Optional<Instant> firstAt,
        Optional<Instant> lastAt) {

    static ExceptionView of(UnmovedRecord unmoved, int pass) {
        return new ExceptionView(
                unmoved.record().shard(),
                unmoved.record().key(),
                StableWord.of(unmoved.kind()),
                StableWord.of(unmoved.reason()),
                StableWord.of(unmoved.reason().retryClass()),
                unmoved.detail(),
                pass,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static ExceptionView of(ExceptionLine line) {
        return new ExceptionView(
                line.shard(),
                line.key(),
                StableWord.of(line.kind()),
                StableWord.of(line.reason()),
                StableWord.of(line.reason().retryClass()),
                line.detail(),
                line.pass(),
                Optional.of(line.attempts()),
                line.storageNode(),
                line.assignmentId(),
                line.firstAt(),
                line.lastAt());
    }
}
