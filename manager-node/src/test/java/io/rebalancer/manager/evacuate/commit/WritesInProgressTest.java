package io.rebalancer.manager.evacuate.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WritesInProgressTest {
    private final WritesInProgress writes = new WritesInProgress();

    @Test
    void isQuietWhenTheLastWriteHasEndedWellOrNot() {
        assertThat(writes.whenNone().toCompletableFuture()).isCompleted();
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        CompletableFuture<Boolean> second = new CompletableFuture<>();
        var unused = writes.track(() -> first);
        var unusedToo = writes.track(() -> second);
        CompletableFuture<Void> quiet = writes.whenNone().toCompletableFuture();
        first.complete(true);
        assertThat(quiet).isNotCompleted();
        second.completeExceptionally(new IOException("connection closed"));
        assertThat(quiet).isCompleted();
        assertThat(writes.whenNone().toCompletableFuture()).isCompleted();
    }

    @Test
    void aWriteThatCannotBeSentDoesNotCount() {
        assertThatThrownBy(() -> writes.track(() -> {
                    throw new IllegalStateException("closed");
                }))
                .hasMessage("closed");
        assertThat(writes.whenNone().toCompletableFuture()).isCompleted();
    }
}
