package io.rebalancer.http.server;

import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/** Job ids in paths. */
public final class JobIds {
    private static final int LENGTH = 36;

    private JobIds() {}

    /** Takes a job id from the path and passes it to {@code inner}; replies 400 if the segment is not a job id. */
    public static Route pathPrefix(Function<UUID, Route> inner) {
        return Directives.pathPrefix(
                PathMatchers.segment(),
                text -> parse(text)
                        .map(inner)
                        .orElseGet(() -> Directives.complete(
                                Problem.of(StatusCodes.BAD_REQUEST, "BAD_JOB_ID", "not a job id (a UUID): " + text))));
    }

    /** The id, if {@code text} is a UUID with hyphens, in either case. */
    public static Optional<UUID> parse(String text) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
