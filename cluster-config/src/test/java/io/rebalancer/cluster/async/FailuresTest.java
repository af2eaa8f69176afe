package io.rebalancer.cluster.async;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private static final IOException DISK_FULL = new IOException("disk full");

    @Test
    void wrappersAreRemovedInAnyNesting() {
        assertThat(Failures.rootCause(DISK_FULL)).isSameAs(DISK_FULL);
        assertThat(Failures.rootCause(new CompletionException(DISK_FULL))).isSameAs(DISK_FULL);
        assertThat(Failures.rootCause(
                        new ExecutionException(new CompletionException(new CompletionException(DISK_FULL)))))
                .isSameAs(DISK_FULL);
    }

    @Test
    void otherExceptionsKeepTheirCause() {
        IllegalStateException wrapped = new IllegalStateException("copy failed", DISK_FULL);
        assertThat(Failures.rootCause(new CompletionException(wrapped))).isSameAs(wrapped);
    }

    @Test
    void aWrapperWithoutACauseIsReturned() {
        CompletionException empty = new CompletionException("cancelled", null);
        assertThat(Failures.rootCause(empty)).isSameAs(empty);
    }
}
