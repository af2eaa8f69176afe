package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.text.StableWord;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The body of {@code POST /api/v1/jobs/ID/retry}: nothing, or {@code {"reasons":["md5_mismatch"]}}.
 *
 * @param reasons of the exceptions that are retried; empty for a job that looks at all records
 */
record RetryRequest(Set<Reason> reasons) {

    RetryRequest {
        reasons = Set.copyOf(reasons);
    }

    static RetryRequest parse(String body) throws MalformedBody {
        if (body.isBlank()) {
            return new RetryRequest(Set.of());
        }
        JsonNode request = JsonFields.object(body);
        JsonFields.rejectUnknown(request, Set.of("reasons"));
        JsonNode words = request.path("reasons");
        if (words.isMissingNode()) {
            return new RetryRequest(Set.of());
        }
        if (!words.isArray() || words.isEmpty()) {
            throw new MalformedBody("reasons must be a list of reasons, such as [\"md5_mismatch\"], not " + words);
        }
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        for (JsonNode word : words) {
            reasons.add(find(word.asText())
                    .orElseThrow(() -> new MalformedBody("no such reason: " + word + "; the reasons are " + words())));
        }
        return new RetryRequest(reasons);
    }

    /** The reason with this word. */
    static Optional<Reason> find(String word) {
        return Arrays.stream(Reason.values())
                .filter(each -> StableWord.of(each).equals(word))
                .findFirst();
    }

    /** All words, for error messages. */
    static String words() {
        return Arrays.stream(Reason.values()).map(StableWord::of).collect(Collectors.joining(", "));
    }
}
