package io.rebalancer.cluster.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RepeatedAskTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "asks",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());

    private final List<CompletableFuture<String>> requests = new CopyOnWriteArrayList<>();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletableFuture<String> repeatedAsk() {
        CompletionStage<String> reply = RepeatedAsk.every(Duration.ofMillis(20), KIT.system(), () -> {
            CompletableFuture<String> request = new CompletableFuture<>();
            requests.add(request);
            return request;
        });
        return reply.toCompletableFuture();
    }

    @Test
    void aLostRequestIsRepeatedUntilAReplyArrives() {
        CompletableFuture<String> reply = repeatedAsk();
        await().until(() -> requests.size() >= 3);
        assertThat(reply).isNotDone();
        requests.get(1).complete("there");
        assertThat(reply).isCompletedWithValue("there");
        requests.get(0).complete("late");
        assertThat(reply).isCompletedWithValue("there");
    }

    @Test
    void theFirstFailureEndsTheRepetition() {
        CompletableFuture<String> reply = repeatedAsk();
        await().until(() -> requests.size() >= 2);
        requests.get(0).completeExceptionally(new IllegalStateException("no such job"));
        assertThatThrownBy(reply::get).hasRootCauseMessage("no such job");
    }

    @Test
    void aSupplierThatThrowsFailsTheResult() {
        CompletionStage<String> reply = RepeatedAsk.every(Duration.ofMillis(20), KIT.system(), () -> {
            throw new IllegalStateException("the member is shutting down");
        });
        assertThatThrownBy(() -> reply.toCompletableFuture().get()).hasRootCauseMessage("the member is shutting down");
    }

    @Test
    void aSupplierThatThrowsLaterFailsTheResult() {
        AtomicInteger sent = new AtomicInteger();
        CompletionStage<String> reply = RepeatedAsk.every(Duration.ofMillis(20), KIT.system(), () -> {
            if (sent.incrementAndGet() > 1) {
                throw new IllegalStateException("the member is shutting down");
            }
            return new CompletableFuture<>();
        });
        assertThatThrownBy(() -> reply.toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasRootCauseMessage("the member is shutting down");
    }
}
