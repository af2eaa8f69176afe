package io.rebalancer.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {

    @Test
    void whitespaceBecomesOneSpaceAndIsRemovedAtTheEnds() {
        assertThat(OneLine.of(" disk\r\n\tis   full\n")).isEqualTo("disk is full");
        assertThat(OneLine.of("disk is full")).isEqualTo("disk is full");
        assertThat(OneLine.of("")).isEmpty();
    }

    @Test
    void aMissingTextIsNull() {
        String missing = null;
        assertThat(OneLine.of(missing)).isEqualTo("null");
    }

    @Test
    void anExceptionIsItsMessageOrElseItsClass() {
        assertThat(OneLine.of(new IllegalStateException("disk\nis full"))).isEqualTo("disk is full");
        assertThat(OneLine.of(new IllegalStateException())).isEqualTo("IllegalStateException");
        assertThat(OneLine.of(new IllegalStateException(" \n"))).isEqualTo("IllegalStateException");
    }
}
