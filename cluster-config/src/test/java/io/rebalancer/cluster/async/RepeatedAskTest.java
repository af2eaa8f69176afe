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

    private final List<CompletableFuture<String>> questions = new CopyOnWriteArrayList<>();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletableFuture<String> ask() {
        CompletionStage<String> answer = RepeatedAsk.every(Duration.ofMillis(20), KIT.system(), () -> {
            CompletableFuture<String> question = new CompletableFuture<>();
            questions.add(question);
            return question;
        });
        return answer.toCompletableFuture();
    }

    @Test
    void aLostQuestionIsAskedAgainUntilOneIsAnswered() {
        CompletableFuture<String> answer = ask();
        await().until(() -> questions.size() >= 3);
        assertThat(answer).isNotDone();
        questions.get(1).complete("there");
        assertThat(answer).isCompletedWithValue("there");
        questions.get(0).complete("late");
        assertThat(answer).isCompletedWithValue("there");
    }

    @Test
    void theFirstThatFailsEndsIt() {
        CompletableFuture<String> answer = ask();
        await().until(() -> questions.size() >= 2);
        questions.get(0).completeExceptionally(new IllegalStateException("nobody there"));
        assertThatThrownBy(answer::get).hasRootCauseMessage("nobody there");
    }

    @Test
    void whatCanNotBeAskedFails() {
        CompletionStage<String> answer = RepeatedAsk.every(Duration.ofMillis(20), KIT.system(), () -> {
            throw new IllegalStateException("this member ends");
        });
        assertThatThrownBy(() -> answer.toCompletableFuture().get()).hasRootCauseMessage("this member ends");
    }

    @Test
    void oneThatCanNotBeAskedAgainFailsToo() {
        AtomicInteger asked = new AtomicInteger();
        CompletionStage<String> answer = RepeatedAsk.every(Duration.ofMillis(20), KIT.system(), () -> {
            if (asked.incrementAndGet() > 1) {
                throw new IllegalStateException("this member ends");
            }
            return new CompletableFuture<>();
        });
        assertThatThrownBy(() -> answer.toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasRootCauseMessage("this member ends");
    }
}
