"""Phrase grammars of court speech, one text file a language, and sentences drawn from them."""

from tools.models.grammar.sampler import LANGUAGES, sentences, vocabulary

__all__ = ["LANGUAGES", "sentences", "vocabulary"]
