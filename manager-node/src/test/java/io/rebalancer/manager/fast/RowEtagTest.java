package io.rebalancer.manager.fast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowEtagTest {

    /** Values computed by the reference library (manta.md 7.8). */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"n\":1} | D44B3B7E", "{} | A3A6BF43", "{\"k\":\"é\"} | 22E6F7B3"})
    void etagsMatchTheReferenceLibrary(String text, String etag) {
        assertThat(RowEtag.of(text)).isEqualTo(etag);
    }
}
