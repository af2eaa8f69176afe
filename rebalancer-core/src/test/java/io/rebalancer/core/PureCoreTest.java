package io.rebalancer.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The core depends only on the JDK, and has no I/O, no clock and no randomness. There are two exceptions: Jackson's
 * annotations, and the data structures of PCollections, which are pure Java without dependencies and let a large state change
 * without a copy (docs/decisions/0002).
 */
@AnalyzeClasses(packages = "io.rebalancer.core", importOptions = ImportOption.DoNotIncludeTests.class)
class PureCoreTest {
    private static final DescribedPredicate<JavaClass> INPUT_OUTPUT =
            resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.sql..");
    private static final DescribedPredicate<JavaClass> CONCURRENCY =
            resideInAnyPackage("java.util.concurrent..").and(DescribedPredicate.not(type(CompletionStage.class)));

    @ArchTest
    static final ArchRule coreDependsOnlyOnTheJdkAndItself = ArchRuleDefinition.classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "io.rebalancer.core..",
                    "org.jspecify..",
                    "com.fasterxml.jackson.annotation..",
                    "org.pcollections..");

    @ArchTest
    static final ArchRule coreDoesNoInputOutput =
            noClasses().should().dependOnClassesThat(INPUT_OUTPUT).orShould().dependOnClassesThat(CONCURRENCY);

    @ArchTest
    static final ArchRule coreReadsNoClockAndNoRandomness = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat(type(Clock.class))
            .orShould()
            .dependOnClassesThat(type(Random.class));

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("io.rebalancer.core.(*)..").should().beFreeOfCycles();
}
