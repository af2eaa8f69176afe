package io.rebalancer.http;

import java.time.Duration;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** Small request bodies, whatever they are labelled. */
final class RequestBody {
    private static final long MOST_BYTES = 64 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private RequestBody() {}

    static Route text(AllDirectives directives, Function<String, Route> inner) {
        return directives.withSizeLimit(
                MOST_BYTES,
                () -> directives.extractStrictEntity(
                        PATIENCE, entity -> inner.apply(entity.getData().utf8String())));
    }
}
