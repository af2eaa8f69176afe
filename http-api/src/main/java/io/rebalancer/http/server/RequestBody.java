package io.rebalancer.http.server;

import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** Directives that read a request body of limited size. They ignore the {@code Content-Type}. */
public final class RequestBody {
    private static final long MAX_BYTES = 64 << 10;
    /** Enough for about ten thousand tasks. */
    private static final long MAX_ASSIGNMENT_BYTES = 8 << 20;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private RequestBody() {}

    /** Reads a body into a value. */
    @FunctionalInterface
    public interface Parser<T> {
        T parse(String body) throws MalformedBody;
    }

    /** Passes the text of the body, at most 64 KiB, to {@code inner}. */
    public static Route text(Function<String, Route> inner) {
        return strict(MAX_BYTES, inner);
    }

    /** Passes the text of an assignment, at most 8 MiB, to {@code inner}. */
    public static Route assignment(Function<String, Route> inner) {
        return strict(MAX_ASSIGNMENT_BYTES, inner);
    }

    /** Passes the parsed body, at most 64 KiB, to {@code inner}; replies 400 to a malformed body. */
    public static <T> Route parsed(Parser<T> parser, Function<T, Route> inner) {
        return text(body -> {
            T value;
            try {
                value = parser.parse(body);
            } catch (MalformedBody e) {
                return Directives.complete(Problems.badRequest(OneLine.of(e)));
            }
            return inner.apply(value);
        });
    }

    private static Route strict(long maxBytes, Function<String, Route> inner) {
        return Directives.withSizeLimit(
                maxBytes,
                () -> Directives.extractStrictEntity(
                        TIMEOUT, entity -> inner.apply(entity.getData().utf8String())));
    }
}
