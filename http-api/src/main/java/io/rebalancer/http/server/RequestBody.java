package io.rebalancer.http.server;

import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.http.scaladsl.model.IllegalRequestException;

/**
 * Directives that read a request body of limited size. They ignore the {@code Content-Type}. Only a few large bodies are
 * read at a time ({@link LargeBodies}); further ones get 503.
 */
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
        return Directives.extractRequest(request -> {
            OptionalLong length = request.entity().getContentLengthOption();
            boolean large = maxBytes > LargeBodies.THRESHOLD_BYTES
                    && (length.isEmpty() || length.getAsLong() > LargeBodies.THRESHOLD_BYTES);
            return large ? oneOfFew(read(maxBytes, inner)) : read(maxBytes, inner);
        });
    }

    /** Holds a slot from the first byte of the body to the response. */
    private static Route oneOfFew(Route inner) {
        return Directives.extractActorSystem(system -> {
            LargeBodies large = LargeBodies.of(system);
            if (!large.tryAcquire()) {
                return Directives.complete(Problem.of(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        "TOO_MANY_LARGE_BODIES",
                        "this process reads " + LargeBodies.MAX_AT_A_TIME
                                + " large request bodies at a time, and no further one now; repeat the request later"));
            }
            // A route that throws must complete too, otherwise its slot would be lost.
            ExceptionHandler failed =
                    ExceptionHandler.newBuilder().matchAny(Directives::failWith).build();
            return Directives.mapRouteResultFuture(
                    result -> result.whenComplete((done, failure) -> large.release()),
                    () -> Directives.handleExceptions(failed, () -> inner));
        });
    }

    private static Route read(long maxBytes, Function<String, Route> inner) {
        // Pekko reports a body that does not arrive in time as an illegal request.
        ExceptionHandler incomplete = ExceptionHandler.newBuilder()
                .match(EntityStreamSizeException.class, failure -> Directives.complete(tooLarge(maxBytes)))
                .match(IllegalRequestException.class, failure -> Directives.complete(tooSlow()))
                .build();
        return Directives.withSizeLimit(
                maxBytes,
                () -> Directives.handleExceptions(
                        incomplete,
                        () -> Directives.extractStrictEntity(
                                TIMEOUT, entity -> inner.apply(entity.getData().utf8String()))));
    }

    private static HttpResponse tooLarge(long maxBytes) {
        return Problem.of(
                StatusCodes.CONTENT_TOO_LARGE,
                "BODY_TOO_LARGE",
                "the body has more than " + maxBytes + " bytes; send a smaller one");
    }

    private static HttpResponse tooSlow() {
        return Problem.of(
                StatusCodes.REQUEST_TIMEOUT,
                "BODY_TOO_SLOW",
                "the body did not arrive within " + TIMEOUT.toSeconds() + " s; send the request again");
    }
}
