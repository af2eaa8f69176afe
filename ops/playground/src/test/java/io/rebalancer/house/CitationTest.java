package io.rebalancer.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.house.Repository.TextFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every citation in sources and documents resolves to a heading, a file or a test of this repository. */
class CitationTest {
    private static final List<TextFile> FILES = Repository.textFiles();
    private static final Citations CITATIONS = new Citations(Repository.root(), FILES);

    @Test
    void everyCitationResolves() {
        assertThat(FILES.stream()
                        .filter(file -> !file.path().endsWith("/CitationTest.java"))
                        .flatMap(file -> CITATIONS.dangling(file).stream()))
                .isEmpty();
    }

    /** If the pattern missed the citations, the test above would pass for nothing. */
    @Test
    void theSourcesCiteTheSpecificationOften() {
        assertThat(FILES.stream().mapToLong(Citations::sectionsCitedIn).sum()).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/** As manta.md 99.1 has it. */",
                "/** As the wire has it (manta.md 2.2,\n * 99.3). */",
                "// See manta.md\n// 98.7 for the frame.",
                "// Decision 999 says why.",
                "// Promise P99.",
                "// docs/no-such-paper.md",
            })
    void aPlantedCitationOfNothingIsFoundInASource(String planted) {
        assertThat(CITATIONS.dangling(new TextFile("Planted.java", planted))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[decision](decisions/0999-nothing.md)",
                "held by `NoSuchTest`",
                "held by `CitationTest.noSuchMethod`",
            })
    void aPlantedCitationOfNothingIsFoundInADocument(String planted) {
        assertThat(CITATIONS.dangling(new TextFile("docs/planted.md", planted))).hasSize(1);
    }

    @Test
    void citationsThatResolvePass() {
        assertThat(
                        CITATIONS.dangling(
                                new TextFile(
                                        "docs/planted.md",
                                        "manta.md 2.2 and 5.4, decision 1, [papers](decisions/README.md), `CitationTest.everyCitationResolves`")))
                .isEmpty();
    }
}
