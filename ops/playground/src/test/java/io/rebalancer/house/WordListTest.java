package io.rebalancer.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.house.Repository.TextFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, comments, messages and documents are written in the field's English. */
class WordListTest {

    @Test
    void noForbiddenPhraseIsInSourcesMessagesOrDocuments() {
        assertThat(Repository.textFiles().stream()
                        .filter(WordList::covers)
                        .flatMap(file -> WordList.violations(file).stream()))
                .isEmpty();
    }

    @Test
    void theListCoversMainSourcesSettingsScriptsAndDocuments() {
        assertThat(Repository.textFiles().stream().filter(WordList::covers).map(TextFile::path))
                .contains(
                        "README.md",
                        "CHANGELOG.md",
                        "Makefile",
                        "bin/rebalancer",
                        "docs/architecture.md",
                        "cluster-config/src/main/resources/reference.conf",
                        "rebalancer-core/src/main/java/io/rebalancer/core/evacuate/JobRules.java")
                .noneMatch(path -> path.contains("/target/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/** The job goes on here. */",
                "/** The tables are made anew. */",
                "// Whoever asks gets the first answer.",
                "/** A question that is not\n * answered is asked again. */",
                "// A directory, made if need be.",
                "\"the older manager's API\"",
                "String told = reason;",
            })
    void aPlantedPhraseIsFound(String planted) {
        assertThat(WordList.violations(new TextFile("Planted.java", planted))).hasSize(1);
    }

    @Test
    void plainEnglishPasses() {
        assertThat(
                        WordList.violations(
                                new TextFile(
                                        "Plain.java",
                                        "/** The job resumes on this manager. */ ref.tell(message); // Nobody's standing order, foretold.")))
                .hasSize(1)
                .first()
                .asString()
                .contains("Nobody");
    }
}
