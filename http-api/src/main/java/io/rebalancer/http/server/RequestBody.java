package io.rebalancer.http.server;

import java.time.Duration;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** Request bodies of a bounded size, whatever they are labelled. */
public final class RequestBody {
    private static final long MAX_BYTES = 64 << 10;
    /** Room for some ten thousand tasks. */
    private static final long MAX_ASSIGNMENT_BYTES = 8 << 20;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private RequestBody() {}

    public static Route text(AllDirectives directives, Function<String, Route> inner) {
        return upTo(MAX_BYTES, directives, inner);
    }

    public static Route assignment(AllDirectives directives, Function<String, Route> inner) {
        return upTo(MAX_ASSIGNMENT_BYTES, directives, inner);
    }

    private static Route upTo(long bytes, AllDirectives directives, Function<String, Route> inner) {
        return directives.withSizeLimit(
                bytes,
                () -> directives.extractStrictEntity(
                        TIMEOUT, entity -> inner.apply(entity.getData().utf8String())));
    }
}
