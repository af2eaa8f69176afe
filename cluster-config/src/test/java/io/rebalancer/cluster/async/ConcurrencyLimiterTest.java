package io.rebalancer.cluster.async;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConcurrencyLimiterTest {
    private final AtomicInteger limit = new AtomicInteger(2);
    private final ConcurrencyLimiter limiter = new ConcurrencyLimiter(limit::get);
    private final List<CompletableFuture<String>> started = new ArrayList<>();

    private CompletableFuture<String> submit() {
        return limiter.run(this::start).toCompletableFuture();
    }

    private CompletionStage<String> start() {
        CompletableFuture<String> task = new CompletableFuture<>();
        started.add(task);
        return task;
    }

    private CompletableFuture<String> submitThrowing() {
        return limiter.<String>run(() -> {
                    throw new IllegalStateException("closed");
                })
                .toCompletableFuture();
    }

    @Test
    void onlyAsManyTasksRunAsTheLimitAllows() {
        List<CompletableFuture<String>> results = List.of(submit(), submit(), submit(), submit());
        assertThat(started).hasSize(2);
        assertThat(limiter.running()).isEqualTo(2);
        assertThat(limiter.waiting()).isEqualTo(2);

        started.get(1).complete("second");
        assertThat(results.get(1)).isCompletedWithValue("second");
        assertThat(started).hasSize(3);
        assertThat(limiter.running()).isEqualTo(2);

        started.get(2).complete("third");
        assertThat(results.get(2)).isCompletedWithValue("third");
        assertThat(results.get(3)).isNotDone();
        assertThat(limiter.waiting()).isZero();
    }

    @Test
    void aRaisedLimitStartsWaitingTasks() {
        assertThat(IntStream.range(0, 5).mapToObj(task -> submit()).toList()).noneMatch(CompletableFuture::isDone);
        limit.set(4);
        assertThat(started).hasSize(2);
        limiter.limitRaised();
        assertThat(started).hasSize(4);
        assertThat(limiter.waiting()).isEqualTo(1);
    }

    @Test
    void aLoweredLimitAppliesToTheNextTask() {
        assertThat(IntStream.range(0, 3).mapToObj(task -> submit()).toList()).noneMatch(CompletableFuture::isDone);
        limit.set(1);
        started.get(0).complete("first");
        assertThat(started).hasSize(2);
        started.get(1).complete("second");
        assertThat(started).hasSize(3);
    }

    @Test
    void aFailedTaskFreesItsSlot() {
        limit.set(1);
        CompletableFuture<String> failed = submit();
        CompletableFuture<String> next = submit();
        started.get(0).completeExceptionally(new IllegalStateException("refused"));
        assertThat(failed).isCompletedExceptionally();
        started.get(1).complete("next");
        assertThat(next).isCompletedWithValue("next");
        assertThat(limiter.running()).isZero();
    }

    @Test
    void aSupplierThatThrowsFreesItsSlot() {
        limit.set(1);
        CompletableFuture<String> first = submit();
        CompletableFuture<String> throwing = submitThrowing();
        CompletableFuture<String> last = submit();
        started.get(0).complete("first");
        assertThat(first).isCompletedWithValue("first");
        assertThat(throwing).isCompletedExceptionally();
        started.get(1).complete("last");
        assertThat(last).isCompletedWithValue("last");
        assertThat(limiter.running()).isZero();
    }
}
