"""Indexes of a collection, with vectors and their graphs of neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import GetAtt
from troposphere import opensearchserverless as serverless

from compiler.kinds.search.data_access import administrators_id
from compiler.kinds.search.search import Search
from compiler.kinds.search.settings import Collection, Field, Index
from compiler.shared.digest import mark
from compiler.source.json_value import Json


def indexes(search: Search, settings: Collection) -> Iterator[serverless.Index]:
    """The deployment makes them as one of the administrators, once their policy is there.

    Source: CloudFormation reference, AWS::OpenSearchServerless::Index: aoss:CreateIndex of the data access policy.
    """
    for name, index in sorted(settings.indexes.items()):
        yield serverless.Index(
            f"{search.stem}Index{mark(name)}",
            CollectionEndpoint=GetAtt(search.main_id, "CollectionEndpoint"),
            IndexName=name,
            Mappings=serverless.Mappings(Properties={key: _field(one) for key, one in index.fields.items()}),
            DependsOn=[administrators_id(search)],
            **_settings(index),
        )


def _settings(index: Index) -> Mapping[str, Json]:
    if all(one.type != "vector" for one in index.fields.values()):
        return {}
    search = {"KnnAlgoParamEfSearch": index.search_candidates} if index.search_candidates else {}
    return {"Settings": serverless.IndexSettings(Index=serverless.IndexProperty(Knn=True, **search))}


def _field(field: Field) -> serverless.PropertyMapping:
    if field.type != "vector":
        return serverless.PropertyMapping(Type=field.type, Index=field.indexed)
    return serverless.PropertyMapping(Type="knn_vector", Dimension=field.dimension, Method=_method(field))


def _method(field: Field) -> serverless.Method:
    """Collections have HNSW only (OpenSearch Service developer guide, vector search collections, limitations)."""
    sizes = {"M": field.neighbours, "EfConstruction": field.build_candidates}
    given = {name: value for name, value in sizes.items() if value}
    more = {"Parameters": serverless.Parameters(**given)} if given else {}
    return serverless.Method(Name="hnsw", Engine=field.engine, SpaceType=field.space, **more)
