package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ForcedDirectoriesTest {
    private static final Path FIRST = Path.of("/first");
    private static final Path SECOND = Path.of("/second");
    private static final Path THIRD = Path.of("/third");

    private final ForcedDirectories forced = new ForcedDirectories(2);

    private static ForcedDirectories.State state(long inode, long modifiedMillis) {
        return new ForcedDirectories.State(inode, FileTime.fromMillis(modifiedMillis));
    }

    @Test
    void aDirectoryIsRememberedUntilItChanges() {
        forced.add(FIRST, state(1, 10));
        assertThat(forced.contains(FIRST, state(1, 10))).isTrue();
        assertThat(forced.contains(FIRST, state(2, 10))).as("another directory").isFalse();
        assertThat(forced.contains(FIRST, state(1, 11))).as("another entry").isFalse();
        assertThat(forced.contains(SECOND, state(1, 10))).isFalse();
    }

    @Test
    void theDirectoryThatWasUsedLongestAgoIsForgotten() {
        forced.add(FIRST, state(1, 10));
        forced.add(SECOND, state(2, 10));
        assertThat(forced.contains(FIRST, state(1, 10))).isTrue();
        forced.add(THIRD, state(3, 10));
        assertThat(forced.contains(SECOND, state(2, 10))).isFalse();
        assertThat(forced.contains(FIRST, state(1, 10))).isTrue();
        assertThat(forced.contains(THIRD, state(3, 10))).isTrue();
    }

    /** Another entry created in the same tick of the clock does not change the time. */
    @Test
    void aDirectoryThatHasJustChangedIsNotRemembered() {
        long now = Instant.now().toEpochMilli();
        forced.add(FIRST, state(1, 10));
        forced.add(FIRST, state(1, now));
        assertThat(forced.contains(FIRST, state(1, now))).isFalse();
        assertThat(forced.contains(FIRST, state(1, 10))).isFalse();
    }
}
