"""Pharmacogenomics: bases to alleles, alleles to phenotypes, phenotypes to guidance. The method is in
``docs/pharmacogenomics.md``.
"""

from genomics.pharmacogenomics.genes import interpret_gene
from genomics.pharmacogenomics.guidance import look_up
from genomics.pharmacogenomics.vocabulary import Vocabulary, vocabulary

__all__ = ["Vocabulary", "interpret_gene", "look_up", "vocabulary"]
