package io.rebalancer.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.port.AgentControl.GateStatus;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** What requests to an agent share: those to its own listener, and those through a manager. */
public final class AgentJson {
    /** Gives an omitted limit a value while a change is validated. */
    private static final CopyLimits ANY_LIMITS = new CopyLimits(0, 0, 1, 1, 0, 1);

    private AgentJson() {}

    /** A change of limits. The range of each limit is checked here, and what depends on the current limits at the agent. */
    public static LimitsChange parseLimits(String body) throws MalformedBody {
        JsonNode changes = JsonFields.object(body);
        if (changes.isEmpty()) {
            throw new MalformedBody("the body must be an object with the limits to change");
        }
        Named named = new Named(changes, StrictJson.merge(ANY_LIMITS, changes, CopyLimits.class));
        return new LimitsChange(
                named.number("bytesPerSecond", CopyLimits::bytesPerSecond),
                named.number("bytesPerSecondOfSource", CopyLimits::bytesPerSecondOfSource),
                named.count("parallelFetches", CopyLimits::parallelFetches),
                named.count("fetchesOfSource", CopyLimits::fetchesOfSource),
                named.number("freeSpaceFloorMib", CopyLimits::freeSpaceFloorMib),
                named.count("fillCeilingPercent", CopyLimits::fillCeilingPercent));
    }

    /** The limits that a body names. */
    private record Named(JsonNode body, CopyLimits limits) {
        OptionalLong number(String name, ToLongFunction<CopyLimits> limit) {
            return body.has(name) ? OptionalLong.of(limit.applyAsLong(limits)) : OptionalLong.empty();
        }

        OptionalInt count(String name, ToIntFunction<CopyLimits> limit) {
            return body.has(name) ? OptionalInt.of(limit.applyAsInt(limits)) : OptionalInt.empty();
        }
    }

    /** The gate of {@code {"gate": "OPEN"}}. */
    public static CopyGate parseGate(String body) throws MalformedBody {
        String text = JsonFields.object(body).path("gate").asText();
        return Arrays.stream(CopyGate.values())
                .filter(gate -> gate.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new MalformedBody("gate must be OPEN, NO_NEW or STOPPED"));
    }

    /** 200 if nothing that the gate forbids is in progress, else 202: the client repeats the request. */
    public static HttpResponse gateResponse(GateStatus status) {
        return Json.response(status.acknowledged() ? StatusCodes.OK : StatusCodes.ACCEPTED, status);
    }

    /** Passes the parameter {@code force}, which is false if it is omitted. */
    public static Route withForce(Function<Boolean, Route> inner) {
        return Directives.parameterOptional("force", text -> {
            Optional<String> wrong = text.filter(word -> !word.equals("true") && !word.equals("false"));
            return wrong.isPresent()
                    ? Directives.complete(Problems.badRequest("force must be true or false, not " + wrong.get()))
                    : inner.apply(text.map("true"::equals).orElse(false));
        });
    }
}
