package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.text.StableWord;
import java.util.Optional;

/**
 * A record that stays on the leaving node; the same in the list of exceptions and in the event stream.
 *
 * @param kind {@code skipped} or {@code failed}
 * @param reason the cause as a stable word, such as {@code no_destination}
 * @param retryClass {@code transient}, {@code pressure} or {@code permanent}
 * @param detail the cause as readable text: what happened, where, what to do
 * @param pass the pass that skipped or failed the record; absent if an earlier build stored the exception
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ExceptionView(
        int shard, String key, String kind, String reason, String retryClass, String detail, Optional<Integer> pass) {

    static ExceptionView of(UnmovedRecord unmoved, int pass) {
        return of(new ExceptionLine(
                unmoved.record().shard(),
                unmoved.record().key(),
                unmoved.kind(),
                unmoved.reason(),
                unmoved.detail(),
                Optional.of(pass)));
    }

    static ExceptionView of(ExceptionLine line) {
        return new ExceptionView(
                line.shard(),
                line.key(),
                StableWord.of(line.kind()),
                StableWord.of(line.reason()),
                StableWord.of(line.reason().retryClass()),
                line.detail(),
                line.pass());
    }
}
