package io.rebalancer.house;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.rebalancer.house.planted.PlantedCrowd;
import io.rebalancer.house.planted.root.PlantedRoot;
import io.rebalancer.house.planted.root.below.PlantedPart;
import org.junit.jupiter.api.Test;

/** No cycles between packages, no class with too many collaborators; and both rules find planted violations. */
class HouseRulesTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.rebalancer");

    @Test
    void packagesFormNoCycle() {
        PackageCycles.NONE.check(MAIN);
    }

    @Test
    void aCycleThroughARootPackageIsFound() {
        JavaClasses planted = new ClassFileImporter().importClasses(PlantedRoot.class, PlantedPart.class);
        assertThatThrownBy(() -> PackageCycles.NONE.check(planted))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("planted.root.below");
    }

    @Test
    void noClassHasMoreThanTwelveCollaborators() {
        ClassSize.AT_MOST_TWELVE_COLLABORATORS.check(MAIN);
    }

    @Test
    void aClassWithThirteenCollaboratorsIsFound() {
        JavaClasses planted = new ClassFileImporter().importClasses(PlantedCrowd.class, PlantedRoot.class);
        assertThatThrownBy(() -> ClassSize.AT_MOST_TWELVE_COLLABORATORS.check(planted))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("PlantedCrowd has 13 fields")
                .hasMessageContaining("PlantedCrowd has 13 constructor parameters");
        assertThatCode(() -> ClassSize.AT_MOST_TWELVE_COLLABORATORS.check(
                        new ClassFileImporter().importClasses(PlantedRoot.class)))
                .doesNotThrowAnyException();
    }
}
